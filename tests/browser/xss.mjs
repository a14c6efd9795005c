// xss.mjs URL CREDENTIALS: hands in mails that carry scripts in every field, then reads every page on which they
// show, as their provider and as an analyst. Nothing may run, and no policy may have had to stop anything.
import { readFileSync } from "node:fs";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer from "puppeteer-core";
import { payloads } from "./payloads.mjs";

const [url, credentialsFile] = process.argv.slice(2);
const credentials = JSON.parse(readFileSync(credentialsFile, "utf8"));
const token = (user) => credentials.tokens.find((t) => t.user === user).token;
const word = (text) => `=?UTF-8?B?${Buffer.from(text, "utf8").toString("base64")}?=`;

function mail(i) {
  const p = (n) => payloads[(i + n) % payloads.length];
  const b = `b${i}`;
  return [
    `From: ${word(p(0))} <a${i}@attacker.test>`,
    `To: ${word(p(1))} <desk@example.com>`,
    `Reply-To: ${word(p(2))} <r${i}@attacker.test>`,
    `Subject: ${word(p(3))}`,
    `Message-ID: <${i}.${p(4).replace(/[<>\s]/g, "")}@attacker.test>`,
    `Date: Thu, 19 Nov 2026 10:00:00 +0900`,
    `X-Mailer: ${word(p(5))}`,
    `Received: from ${p(6).replace(/[\s()]/g, "")} ([192.0.2.1]) by mx.example.com; Thu, 19 Nov 2026 10:00:01 +0900`,
    `MIME-Version: 1.0`,
    `Content-Type: multipart/mixed; boundary="${b}"`,
    ``,
    `--${b}`,
    `Content-Type: text/html; charset=utf-8`,
    ``,
    `<p>${p(7)}</p><a href="http://attacker.test/${encodeURIComponent(p(8))}">${p(9)}</a><a href="javascript:window.__ran=1">y</a>`,
    `--${b}`,
    `Content-Type: application/octet-stream; name="${word(p(10))}"`,
    `Content-Disposition: attachment; filename="${word(p(11))}.exe"`,
    ``,
    `MZ ${p(12)}`,
    `--${b}--`,
    ``,
  ].join("\r\n");
}

const ids = [];
for (let i = 0; i < payloads.length; i++) {
  const name = encodeURIComponent(payloads[(i + 13) % payloads.length]);
  const note = encodeURIComponent(payloads[(i + 14) % payloads.length]);
  const answer = await fetch(`${url}/api/v1/submissions?name=${name}&note=${note}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token("hokuryo")}`, "Content-Type": "message/rfc822" },
    body: mail(i),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  ids.push((await answer.json()).submissions[0].id);
}
const analyst = { headers: { Authorization: `Bearer ${token("analyst")}` } };
for (let waited = 0; ; waited++) {
  const queue = await (await fetch(`${url}/api/v1/queue`, analyst)).json();
  if (queue.received + queue.dissecting === 0) break;
  if (waited > 300) throw new Error("the queue does not run empty");
  await new Promise((done) => setTimeout(done, 100));
}
const campaigns = (await (await fetch(`${url}/api/v1/campaigns?limit=200`, analyst)).json()).items;

const profile = mkdtempSync(join(tmpdir(), "noroshi-xss-"));
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  userDataDir: profile,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
const problems = [];
let visited = 0;
try {
  for (const user of ["hokuryo", "analyst"]) {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    page.on("dialog", (dialog) => { problems.push(`${page.url()}: a dialog opened`); dialog.dismiss(); });
    page.on("request", (request) => {
      if (!request.url().startsWith(url) && !request.url().startsWith("data:")) problems.push(`${page.url()}: request to ${request.url()}`);
    });
    // A mail is shown where scripts cannot run at all: even one that was only stopped there is one too many.
    page.on("console", (message) => {
      if (/blocked script execution|content security policy/i.test(message.text())) problems.push(`${page.url()}: ${message.text().slice(0, 120)}`);
    });
    await page.evaluateOnNewDocument(() => {
      window.__reports = [];
      document.addEventListener("securitypolicyviolation", (e) => window.__reports.push(`${e.violatedDirective} ${e.blockedURI}`));
    });
    const account = credentials.accounts.find((a) => a.user === user);
    await page.goto(`${url}/login`);
    await page.type("[name=user]", account.user);
    await page.type("[name=password]", account.password);
    await Promise.all([page.waitForNavigation(), page.evaluate(() => document.querySelector("[name=password]").form.requestSubmit())]);
    const views = ["", "/rendered", "/source", "/files/0/hex", "/files/0/strings", "/files/0/download"];
    const paths = ["/", "/submissions", ...ids.flatMap((id) => views.map((view) => `/submissions/${id}${view}`))];
    if (user === "analyst") {
      paths.push("/campaigns", ...campaigns.flatMap((c) => [`/campaigns/${c.id}`, `/campaigns/${c.id}/spread?place=1`]));
      paths.push("/verdicts", "/actors", ...ids.slice(1).map((id, n) => `/submissions/${ids[n]}/diff/${id}`));
    }
    for (const path of paths) {
      const answer = await page.goto(`${url}${path}`);
      if (!answer.ok()) problems.push(`${path}: ${answer.status()}`);
      const seen = await page.evaluate(() => ({ ran: window.__ran, reports: window.__reports ?? [], links: [...document.querySelectorAll("a[href]")].map((a) => a.getAttribute("href")).filter((h) => !h.startsWith("/") && !h.startsWith("#") && !h.startsWith("?")) }));
      if (seen.ran) problems.push(`${path}: a script ran`);
      for (const report of seen.reports) problems.push(`${path}: policy stopped ${report}`);
      for (const link of seen.links) problems.push(`${path}: a link leads out: ${link}`);
      visited++;
    }
    await context.close();
  }
} finally {
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
}
const carried = payloads.length * 15;
for (const problem of problems.slice(0, 40)) console.error(problem);
console.log(`xss: ${carried} payloads in ${ids.length} mails, ${visited} pages read, ${problems.length} problems`);
process.exit(problems.length ? 1 : 0);
