// audit.mjs URL CREDENTIALS [SCREENSHOTS]: walks every page of every role of a running demo, in both languages and
// both themes, and fails on any accessibility violation (WCAG 2.0–2.2 A and AA, best practice), any error or
// policy report on the console, any request to elsewhere, and any sideways scrolling on a narrow screen. Then it
// works the hub by keyboard alone and without scripts.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer from "puppeteer-core";

const [url, credentialsFile, pictures] = process.argv.slice(2);
if (!url || !credentialsFile) {
  console.error("usage: node audit.mjs http://127.0.0.1:8470 noroshi-demo/demo-credentials.json [screenshots/]");
  process.exit(2);
}
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const credentials = JSON.parse(readFileSync(credentialsFile, "utf8"));
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const only = process.env.AUDIT_ONLY; // a role, while working on its pages
if (pictures) mkdirSync(pictures, { recursive: true });

const problems = [];
const problem = (where, what) => {
  problems.push(`${where}: ${what}`);
  console.error(`FAIL ${where}: ${what}`);
};

// Where each role starts, and which links of those pages are worth following: one of each shape.
const starts = {
  "": ["/", "/login", "/nothing-here"],
  administrator: ["/", "/admin/members", "/admin/members/new", "/admin/sigs", "/admin/accounts", "/admin/audit", "/account"],
  analyst: ["/", "/queue", "/submissions", "/submissions?state=dissected", "/campaigns", "/threads", "/reuses", "/floods", "/actors", "/actors/new", "/verdicts", "/drafts", "/advisories", "/account"],
  member: ["/", "/submit", "/advisories", "/approvals", "/submissions", "/warnings", "/originals", "/forms", "/account", "/nothing-here"],
  vendor: ["/", "/submit", "/advisories", "/approvals", "/submissions", "/account"],
};
const shapes = ["/submissions/", "/threads/", "/campaigns/", "/actors/", "/verdicts/", "/drafts/", "/advisories/", "/approvals/", "/admin/members/"];
const OF_ONE_SHAPE = Number(process.env.AUDIT_EACH ?? 4);

const profile = mkdtempSync(join(tmpdir(), "noroshi-audit-"));
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  userDataDir: profile,
  args: [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
  ],
});

let visited = 0;
let slowest = { ms: 0, path: "" };

async function open(context) {
  const page = await context.newPage();
  await page.setViewport({ width: 1280, height: 900 });
  page.expected = [];
  page.on("console", (message) => {
    if (!["error", "warn"].includes(message.type())) return;
    const text = message.text();
    if (/the server responded with a status of (404|422)/.test(text) && page.expected.length) return;
    problem(page.url(), `console: ${text}`);
  });
  page.on("pageerror", (error) => problem(page.url(), `script: ${error.message}`));
  page.on("request", (request) => {
    const asked = request.url();
    if (!asked.startsWith(url) && !asked.startsWith("data:")) problem(page.url(), `asked for ${asked}`);
  });
  return page;
}

async function logIn(page, account) {
  await page.goto(`${url}/login`);
  await page.type("#user", account.user);
  await page.type("#password", account.password);
  await Promise.all([page.waitForNavigation(), page.click("#login button")]);
  if (new URL(page.url()).pathname !== "/") problem(page.url(), `could not log in as ${account.user}`);
}

async function setLanguage(page, lang) {
  if ((await page.evaluate(() => document.documentElement.lang)) === lang) return;
  await Promise.all([page.waitForNavigation(), page.click(`.lang-switch button[value=${lang}]`)]);
  const now = await page.evaluate(() => document.documentElement.lang);
  if (now !== lang) problem(page.url(), `language ${lang} was chosen, the page is in ${now}`);
}

async function look(page, name, lang, theme) {
  const path = new URL(page.url()).pathname;
  const where = `${name} ${path} [${lang}, ${theme}]`;
  // Everything that folds is looked at unfolded.
  await page.evaluate(() => document.querySelectorAll("details").forEach((each) => { each.open = true; }));
  await page.evaluate(axe);
  // A mail in its frame is the sender's markup, and no script can look into it.
  const found = await page.evaluate(
    (tags) => axe.run(document, { iframes: false, runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] }),
    rules,
  );
  for (const violation of found.violations) {
    const nodes = violation.nodes.slice(0, 3).map((node) => `${node.target.join(" ")} (${node.any?.[0]?.message ?? node.failureSummary})`);
    problem(where, `${violation.id}: ${violation.help}: ${nodes.join("; ")}`);
  }
  const small = await page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode;
      const element = text.parentElement;
      if (!text.data.trim() || !element || !element.checkVisibility() || element.closest("svg")) continue;
      if (parseFloat(getComputedStyle(element).fontSize) < 14) return `${element.tagName}.${element.className}: ${text.data.trim().slice(0, 40)}`;
    }
    return null;
  });
  if (small) problem(where, `text below 14 px: ${small}`);
  const shape = path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "id").replace(/^\/$/, "home").replace(/\W+/g, "-").replace(/^-|-$/g, "");
  if (pictures) await page.screenshot({ path: join(pictures, `${name}-${shape}-${visited}-${lang}-${theme}.png`), fullPage: true });
  if (theme === "light") {
    await page.setViewport({ width: 360, height: 780 });
    const wide = await page.evaluate(() => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth);
    if (wide > 0) problem(where, `scrolls sideways by ${wide} px at 360 px`);
    if (pictures) await page.screenshot({ path: join(pictures, `${name}-${shape}-${visited}-${lang}-narrow.png`), fullPage: true });
    await page.setViewport({ width: 1280, height: 900 });
  }
  await page.evaluate(() => document.querySelectorAll("details").forEach((each) => { each.open = false; }));
}

async function walk(page, name, role) {
  const queue = [...starts[role]];
  const seen = new Set(queue);
  const perShape = new Map();
  while (queue.length > 0) {
    const path = queue.shift();
    page.expected = path === "/nothing-here" ? [404] : [];
    visited += 1;
    for (const lang of ["ja", "en"]) {
      const began = performance.now();
      const answer = await page.goto(url + path);
      const ms = performance.now() - began;
      if (ms > slowest.ms) slowest = { ms, path };
      if (!page.expected.length && answer.status() !== 200) problem(`${name} ${path}`, `status ${answer.status()}`);
      await setLanguage(page, lang);
      for (const theme of ["light", "dark"]) {
        await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }, { name: "prefers-reduced-motion", value: "reduce" }]);
        await look(page, name, lang, theme);
      }
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "light" }]);
    }
    const links = await page.$$eval("main a[href^='/']", (anchors) => anchors.filter((a) => !a.hasAttribute("download")).map((a) => a.getAttribute("href")));
    for (const link of links) {
      const path = link.split("#")[0];
      const shape = shapes.find((each) => path.startsWith(each));
      if (!shape || seen.has(path)) continue;
      // Every view of a mail and its files is a shape of its own.
      const view = shape === "/submissions/" ? /\/(rendered|source|hex|strings|download|diff)([\/?]|$)/.exec(path)?.[1] ?? "" : "";
      // The matrix of a campaign's spread, and what stands behind one of its figures.
      const part = /\/spread(\?(place|sig|side)=|$)/.exec(path);
      const key = shape + view + (part ? `spread-${part[2] ?? ""}` : "") + (/\/(release|withdraw)$/.exec(path)?.[1] ?? "");
      const count = perShape.get(key) ?? 0;
      if (count >= OF_ONE_SHAPE) continue;
      perShape.set(key, count + 1);
      seen.add(path);
      queue.push(path);
    }
  }
}

const expectTrue = (where, what, holds) => { if (!holds) problem(where, what); };
const focused = (page, selector) => page.evaluate((s) => !!document.activeElement?.closest(s), selector);

/** Everything an analyst does most, with the keyboard alone. */
async function byKeyboard(page) {
  const where = "keyboard";
  await page.goto(`${url}/submissions`);
  await setLanguage(page, "ja");
  await page.keyboard.press("Tab");
  expectTrue(where, "the first Tab does not reach the skip link", await focused(page, ".skip"));
  await page.keyboard.press("Enter");
  expectTrue(where, "the skip link does not lead to the content", await page.evaluate(() => location.hash === "#main"));
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const second = await page.evaluate(() => Array.from(document.querySelectorAll("[data-row]")).findIndex((row) => row.contains(document.activeElement)));
  expectTrue(where, `j twice is on row ${second + 1}, not 2`, second === 1);
  await page.keyboard.press("k");
  expectTrue(where, "k does not go back", await page.evaluate(() => document.querySelector("[data-row]").contains(document.activeElement)));
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  expectTrue(where, "Enter does not open the row", /^\/submissions\/[0-9a-f-]{36}$/.test(new URL(page.url()).pathname));
  await page.keyboard.press("r");
  expectTrue(where, "r does not focus the reason", await focused(page, "[data-reason]"));
  await page.keyboard.type("j?");
  expectTrue(where, "a key typed into a field was taken for a command", (await page.$eval("[data-reason]", (f) => f.value)) === "j?");
  await page.keyboard.press("Escape");
  expectTrue(where, "Esc does not leave the field", !(await focused(page, "[data-reason]")));
  await page.keyboard.press("?");
  expectTrue(where, "? does not show the keys", await page.$eval("#keys", (dialog) => dialog.open));
  await page.keyboard.press("Escape");
  expectTrue(where, "Esc does not close the keys", !(await page.$eval("#keys", (dialog) => dialog.open)));
  await page.goto(`${url}/account`);
  await page.click("[data-keys-switch]");
  await page.goto(`${url}/submissions`);
  await page.keyboard.press("j");
  expectTrue(where, "j works though keys are switched off", !(await focused(page, "[data-row]")));
  await page.goto(`${url}/account`);
  await page.click("[data-keys-switch]");
  // Every control that Tab reaches shows its focus.
  await page.goto(`${url}/drafts`);
  for (let i = 0; i < 25; i++) {
    await page.keyboard.press("Tab");
    const bare = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      const style = getComputedStyle(element);
      return style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2 ? element.outerHTML.slice(0, 80) : null;
    });
    expectTrue(where, `no visible focus on ${bare}`, !bare);
  }
}

/** A form that is not right comes back with a summary that has the focus, and is itself accessible. */
async function wrongForms(page) {
  page.expected = [422];
  await page.goto(`${url}/submissions?state=dissected`);
  await setLanguage(page, "ja");
  const open = await page.$("[data-row] [data-open]");
  if (!open) return;
  await Promise.all([page.waitForNavigation(), open.click()]);
  await page.click("#verdict input[type=radio]");
  await page.type("#reason", " ");
  await page.$eval("#verdict", (form) => { form.noValidate = true; });
  await Promise.all([page.waitForNavigation(), page.click("#verdict button")]);
  expectTrue("wrong form", "the summary has not the focus", await focused(page, ".problems"));
  visited += 1;
  await look(page, "analyst-problem", "ja", "light");
}

/** The pages that come only after a form: each is reached as a person reaches it, and looked at. */
const afterForms = {
  "": [
    ["wrong password", "/login", async (page) => {
      await page.type("#user", "nobody-of-this-name");
      await page.type("#password", "not the password");
      await Promise.all([page.waitForNavigation(), page.click("#login button")]);
    }],
  ],
  administrator: [
    ["account without organisation", "/admin/accounts", async (page) => {
      await page.type("#user", "audit-example");
      await page.type("#password", "long enough to be taken");
      await Promise.all([page.waitForNavigation(), page.click(".side button")]);
    }],
    ["organisation without name", "/admin/members/new", async (page) => {
      await page.$eval("form.card", (form) => { form.noValidate = true; });
      await Promise.all([page.waitForNavigation(), page.click("form.card .actions button")]);
    }],
  ],
  member: [
    ["seen without a count", "/advisories", async (page) => {
      await Promise.all([page.waitForNavigation(), page.click("[data-open]")]);
      await page.click("[name=seen][value=yes]");
      await page.$eval("#count", (field) => { field.value = "0"; });
      await Promise.all([page.waitForNavigation(), page.click("form[action$='/sighting'] button")]);
    }],
    ["nothing chosen to submit", "/submit", async (page) => {
      await page.$eval("form[data-upload]", (form) => { form.noValidate = true; });
      await Promise.all([page.waitForNavigation(), page.click("form[data-upload] .actions button")]);
    }],
    ["a new token", "/account", async (page) => {
      await page.type("#label", "audit");
      await Promise.all([page.waitForNavigation(), page.click("form[action='/account/tokens'] button")]);
    }],
    ["the token revoked", "/account", async (page) => {
      await Promise.all([page.waitForNavigation(), page.click("form[action$='/revoke'] button")]);
    }],
  ],
};

async function walkForms(page, name, role) {
  for (const [what, start, act] of afterForms[role] ?? []) {
    page.expected = [422];
    for (const lang of ["ja", "en"]) {
      await page.goto(url + start);
      await setLanguage(page, lang);
      if (what === "the token revoked" && !(await page.$("form[action$='/revoke']"))) continue;
      await act(page);
      visited += 1;
      if ((await page.$(".problems")) && !(await focused(page, ".problems"))) problem(`${name} ${what}`, "the summary has not the focus");
      for (const theme of ["light", "dark"]) {
        await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }, { name: "prefers-reduced-motion", value: "reduce" }]);
        await look(page, `${name}-${what.replace(/\W+/g, "-")}`, lang, theme);
      }
    }
  }
}

async function withoutScripts(context, account) {
  const page = await open(context);
  await page.setJavaScriptEnabled(false);
  await logIn(page, account);
  for (const path of starts[account.role].filter((path) => path !== "/nothing-here")) {
    const answer = await page.goto(url + path);
    if (answer.status() !== 200) problem(`no scripts ${path}`, `status ${answer.status()}`);
    if (pictures) await page.screenshot({ path: join(pictures, `noscript-${account.role}-${path.replace(/\W+/g, "-")}.png`), fullPage: true });
  }
  await page.close();
}

try {
  for (const role of Object.keys(starts)) {
    if (only && only !== (role || "out")) continue;
    const accounts = credentials.accounts.filter((account) => account.role === role);
    for (const account of role === "" ? [null] : role === "member" ? accounts.slice(0, 2) : accounts.slice(0, 1)) {
      const context = await browser.createBrowserContext();
      const page = await open(context);
      if (account) await logIn(page, account);
      await walk(page, account ? `${role}-${account.user}` : "out", role);
      await walkForms(page, account ? `${role}-${account.user}` : "out", role);
      if (role === "analyst") {
        await byKeyboard(page);
        await wrongForms(page);
      }
      await page.close();
      await context.close();
      if (account) {
        const bare = await browser.createBrowserContext();
        await withoutScripts(bare, account);
        await bare.close();
      }
    }
  }
} finally {
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
}
console.log(`${visited} pages, 2 languages, 2 themes: ${problems.length} problem(s); slowest ${slowest.path} ${slowest.ms.toFixed(0)} ms`);
process.exit(problems.length ? 1 : 0);
