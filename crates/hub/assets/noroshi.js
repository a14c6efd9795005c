// Noroshi: what a script can add to pages that work without one. No page needs it.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const ja = root.lang === "ja";
  const t = (a, b) => (ja ? a : b);
  const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));

  // A summary of what is wrong takes the focus, once.
  document.querySelector("[data-focus]")?.focus();

  // ---- copying ----
  const spoken = document.createElement("p");
  spoken.className = "hidden-visually";
  spoken.setAttribute("role", "status");
  document.getElementById("main")?.append(spoken);
  const say = (text) => { spoken.textContent = ""; setTimeout(() => { spoken.textContent = text; }, 50); };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      const field = document.createElement("textarea");
      field.value = button.dataset.copy;
      field.className = "hidden-visually";
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
      button.focus();
    }
    const label = button.firstChild;
    const before = label.textContent;
    label.textContent = t("コピー済み", "Copied");
    say(t("コピーしました", "Copied"));
    setTimeout(() => { label.textContent = before; }, 1500);
  });

  // ---- the tour's accounts fill the login form ----
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-fill-user]");
    if (!button) return;
    const user = document.getElementById("user");
    const password = document.getElementById("password");
    if (!user || !password) return;
    user.value = button.dataset.fillUser;
    password.value = button.dataset.fillPassword;
    document.querySelector("#login button")?.focus();
  });

  // ---- handing in files, one request a file, so that each shows how far it is ----
  const form = document.querySelector("[data-upload]");
  if (form) {
    const input = form.querySelector("input[type=file]");
    const drop = form.querySelector("[data-drop]");
    const list = form.querySelector("[data-list]");
    const button = form.querySelector(".actions button");
    let files = [];
    const size = (n) => (n < 1048576 ? `${Math.ceil(n / 1024)} KiB` : `${(n / 1048576).toFixed(1)} MiB`);
    const show = () => {
      list.hidden = files.length === 0;
      list.replaceChildren(...files.map((entry) => {
        const row = document.createElement("li");
        const name = document.createElement("span");
        name.className = "value";
        name.textContent = entry.file.name;
        entry.state = document.createElement("span");
        entry.state.className = "muted small";
        entry.state.textContent = size(entry.file.size);
        entry.bar = document.createElement("progress");
        entry.bar.max = 100;
        entry.bar.value = 0;
        entry.bar.hidden = true;
        entry.bar.setAttribute("aria-label", entry.file.name);
        row.append(name, entry.state, entry.bar);
        return row;
      }));
    };
    const take = (given) => {
      files = files.filter((entry) => !entry.done).concat(Array.from(given, (file) => ({ file })));
      input.required = files.length === 0;
      show();
    };
    input.addEventListener("change", () => { files = []; take(input.files); });
    for (const name of ["dragenter", "dragover"]) {
      drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("drop-over"); });
    }
    for (const name of ["dragleave", "drop"]) {
      drop.addEventListener(name, () => drop.classList.remove("drop-over"));
    }
    drop.addEventListener("drop", (event) => { event.preventDefault(); take(event.dataTransfer.files); });
    const send = (entry) => new Promise((done) => {
      const data = new FormData();
      data.append("csrf", form.querySelector("[name=csrf]").value);
      data.append("note", form.querySelector("[name=note]").value);
      data.append("files", entry.file, entry.file.name);
      const request = new XMLHttpRequest();
      entry.bar.hidden = false;
      entry.state.textContent = t("送信中", "Sending");
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) entry.bar.value = (100 * event.loaded) / event.total;
      });
      request.addEventListener("loadend", () => {
        entry.bar.hidden = true;
        const answer = new DOMParser().parseFromString(request.responseText || "", "text/html");
        const receipts = all("tbody tr", answer);
        if (request.status === 200 && receipts.length > 0) {
          entry.done = true;
          const links = receipts.map((row) => row.querySelector("a[href^='/submissions/']")).filter(Boolean);
          const link = document.createElement("a");
          link.href = links.length === 1 ? links[0].getAttribute("href") : "/submissions";
          const mark = receipts[0].querySelector(".chip");
          if (mark) link.append(document.importNode(mark, true));
          if (links.length > 1) link.append(` × ${links.length}`);
          entry.state.replaceChildren(link);
        } else {
          const told = answer.querySelector(".problems li, .notice p")?.textContent.trim();
          entry.state.textContent = told || t("送信できませんでした", "Could not be sent");
          entry.state.className = "wrong small";
        }
        done();
      });
      request.open("POST", form.action);
      request.send(data);
    });
    form.addEventListener("submit", async (event) => {
      if (files.length === 0) return;
      event.preventDefault();
      button.disabled = true;
      for (const entry of files.filter((each) => !each.done)) await send(entry);
      button.disabled = false;
      const done = files.filter((entry) => entry.done).length;
      input.required = false;
      const told = form.querySelector("[data-told]");
      told.hidden = done === 0;
      told.querySelector("p").textContent = done === files.length
        ? t(`${done} 件を受け付けました。ご提供ありがとうございます。`, `${done} received. Thank you.`)
        : t(`${files.length} 件中 ${done} 件を受け付けました。`, `${done} of ${files.length} received.`);
    });
  }

  // ---- the queue's numbers stay fresh ----
  const queue = document.querySelector("[data-queue]");
  if (queue) {
    const look = async () => {
      if (document.visibilityState === "visible") {
        try {
          const answer = await fetch(queue.dataset.queue, { headers: { accept: "application/json" } });
          if (answer.ok) {
            const numbers = await answer.json();
            for (const cell of all("[data-count]")) cell.textContent = numbers[cell.dataset.count] ?? cell.textContent;
          }
        } catch { /* the next look may succeed */ }
      }
    };
    setInterval(look, 5000);
  }
  if (document.querySelector("[data-reload]")) setTimeout(() => location.reload(), 4000);

  // ---- keys ----
  const KEYS = "noroshi-keys";
  const wanted = () => { try { return localStorage.getItem(KEYS) !== "off"; } catch { return true; } };
  const choice = document.querySelector("[data-keys-switch]");
  if (choice) {
    choice.checked = wanted();
    choice.addEventListener("change", () => {
      try { localStorage.setItem(KEYS, choice.checked ? "on" : "off"); } catch { /* kept for this page only */ }
    });
  }
  const dialog = document.getElementById("keys");
  const rows = all("[data-row]");
  const linkOf = (row) => row.querySelector("[data-open], .rows-title") ?? row.querySelector("a");
  const move = (step) => {
    if (rows.length === 0) return;
    const now = rows.findIndex((row) => row.contains(document.activeElement));
    const next = now < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, now + step));
    const link = linkOf(rows[next]);
    link?.focus();
    rows[next].scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const inField = event.target.matches?.("input:not([type=checkbox]):not([type=radio]), textarea, select");
    if (event.key === "Escape") { if (inField) event.target.blur(); return; }
    if (inField || dialog?.open || !wanted()) return;
    switch (event.key) {
      case "j": move(1); break;
      case "k": move(-1); break;
      // A decision's key goes to its reason. It never sends.
      case "r": document.querySelector("[data-reason]")?.focus(); break;
      case "?": dialog?.showModal(); break;
      default: return;
    }
    event.preventDefault();
  });
})();
