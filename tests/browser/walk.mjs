// walk.mjs URL CREDENTIALS MAIL [SCREENSHOTS]: one mail's whole way in the browser, against a running demo: two
// members hand it in, an analyst judges it and drafts an advisory, the identity check catches a name that was put
// into the text, the providers approve, it is released, a reader answers and takes the STIX bundle.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer from "puppeteer-core";

const [url, credentialsFile, mailFile, pictures] = process.argv.slice(2);
if (!url || !credentialsFile || !mailFile) {
  console.error("usage: node walk.mjs http://127.0.0.1:8470 noroshi-demo/demo-credentials.json mail.eml [screenshots/]");
  process.exit(2);
}
if (pictures) mkdirSync(pictures, { recursive: true });
const credentials = JSON.parse(readFileSync(credentialsFile, "utf8"));
const account = (role, n = 0) => credentials.accounts.filter((each) => each.role === role)[n];
const must = (holds, what) => { if (!holds) throw new Error(what); };

const folder = mkdtempSync(join(tmpdir(), "noroshi-walk-"));
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  userDataDir: join(folder, "profile"),
  args: [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
  ],
});

async function as(who) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width: 1280, height: 900 });
  page.on("pageerror", (error) => { throw error; });
  await page.goto(`${url}/login`);
  await page.type("#user", who.user);
  await page.type("#password", who.password);
  await press(page, "#login button");
  must(new URL(page.url()).pathname === "/", `could not log in as ${who.user}`);
  return page;
}
const press = (page, selector) => Promise.all([page.waitForNavigation(), page.click(selector)]);
const text = (page, selector) => page.$eval(selector, (element) => element.textContent.trim());
let shot = 0;
const picture = async (page, name) => {
  shot += 1;
  if (pictures) await page.screenshot({ path: join(pictures, `${String(shot).padStart(2, "0")}-${name}.png`), fullPage: true });
};

try {
  // Two members hand in the same attack; the second mail differs by an id, as a second recipient's copy does.
  const raw = readFileSync(mailFile, "latin1");
  const ids = [];
  const givers = [account("member", 0), account("member", 1)];
  for (const [n, giver] of givers.entries()) {
    const file = join(folder, `mail${n}.eml`);
    writeFileSync(file, `X-Copy: ${n}.${Date.now()}\r\n${raw}`, "latin1");
    const page = await as(giver);
    await page.goto(`${url}/submit`);
    const input = await page.$("#files");
    await input.uploadFile(file);
    await page.click("form[data-upload] .actions button");
    await page.waitForSelector(".uploads a[href^='/submissions/']", { timeout: 30_000 });
    await picture(page, "handed-in");
    ids.push(await page.$eval(".uploads a", (link) => link.getAttribute("href").split("/").pop()));
    await page.close();
  }
  console.log(`handed in: ${ids.join(", ")}`);

  const analyst = await as(account("analyst"));
  for (let tries = 0; ; tries++) {
    const queue = await analyst.evaluate(async () => (await fetch("/queue.json")).json());
    if (queue.received + queue.dissecting === 0) break;
    must(tries < 120, "the queue does not run empty");
    await new Promise((done) => setTimeout(done, 500));
  }
  await analyst.goto(`${url}/submissions/${ids[0]}`);
  await picture(analyst, "submission");
  const campaign = await analyst.$eval("a[href^='/campaigns/']:not(nav a)", (link) => link.getAttribute("href"));
  await analyst.click("#verdict input[value=phishing]");
  await analyst.type("#reason", "リンク先が表示と異なる。");
  await press(analyst, "#verdict button");
  must(/done=(all-)?judged/.test(analyst.url()), "the verdict was not taken");

  await analyst.goto(url + campaign);
  await picture(analyst, "campaign");
  await press(analyst, "form[action$='/draft'] button");
  const draft = new URL(analyst.url()).pathname;
  must(draft.startsWith("/drafts/"), "no draft was made");

  // A name that gives a member away, in plain sight and hidden in base64, must stop it.
  const summary = await analyst.$eval("#summary", (field) => field.value);
  await analyst.$eval("#summary", (field) => { field.value += "\n届いたのは mitaho-gas.example です。bWl0YWhvLWdhcy5leGFtcGxl\n担当は佐久間さん。"; });
  await analyst.click("[name=all_members]");
  await press(analyst, "#edit > .actions button");
  must((await analyst.$$(".findings > li")).length >= 2, "the identity check saw nothing");
  await picture(analyst, "findings");
  await press(analyst, "#ask button");
  must((await analyst.$(".problems")) !== null, "a text that gives a member away went to the providers");
  await analyst.$eval("#summary", (field, value) => { field.value = value; }, summary);
  await press(analyst, "#edit > .actions button");
  must((await analyst.$("#check .notice-good")) !== null, `still found: ${await text(analyst, "#check")}`);
  await press(analyst, "#ask button");
  must(analyst.url().endsWith("done=asked"), "the providers were not asked");
  await picture(analyst, "asked");

  // Whoever gave a mail of this campaign is asked; nobody else knows of the request.
  for (const giver of credentials.accounts.filter((each) => each.role === "member")) {
    const page = await as(giver);
    const answer = await page.goto(`${url}/approvals/${draft.split("/").pop()}`);
    if (answer.status() === 404) continue;
    await picture(page, "approval");
    await page.click("[name=decision][value=approve]");
    await press(page, "form[action^='/approvals/'] button");
    must(page.url().endsWith("done=answered"), "the approval was not taken");
    await page.close();
  }
  await analyst.goto(`${url}${draft}/release`);
  await picture(analyst, "release");
  await press(analyst, "#release button");
  must(analyst.url().endsWith("done=released"), `not released: ${analyst.url()}`);
  await picture(analyst, "released");

  const reader = await as(account("member", 2));
  await reader.goto(`${url}/advisories/${draft.split("/").pop()}`);
  await reader.click("[name=seen][value=yes]");
  await reader.type("#count", "3");
  await press(reader, "form[action$='/sighting'] button");
  must(reader.url().endsWith("done=answered"), "the answer was not taken");
  const bundle = await reader.evaluate(async (path) => (await fetch(path)).text(), `/advisories/${draft.split("/").pop()}/stix.json`);
  must(JSON.parse(bundle).type === "bundle", "no STIX bundle");
  for (const giver of givers) must(!bundle.includes(giver.user), "the bundle names a provider");
  if (pictures) writeFileSync(join(pictures, "stix.json"), bundle);
  await picture(reader, "answered");
  console.log(`released: ${draft.split("/").pop()}, ${bundle.length} bytes of STIX`);
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
