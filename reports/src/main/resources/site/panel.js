"use strict";
(function () {
  const data = JSON.parse(document.getElementById("tests").textContent);
  const panel = document.getElementById("panel");
  const title = document.getElementById("panel-title");
  const list = document.getElementById("panel-tests");
  const frame = document.getElementById("panel-frame");
  let chosen = null;
  function show(link, item) {
    for (const other of list.children) {
      other.className = "";
    }
    item.className = "chosen";
    frame.src = link;
  }
  function open(cell) {
    const tests = data[cell.dataset.column][cell.dataset.requirement] || [];
    title.textContent = cell.dataset.requirement + ": " + cell.closest("tr").dataset.statement;
    list.textContent = "";
    for (const test of tests) {
      const item = document.createElement("li");
      const badge = document.createElement("span");
      badge.className = "v " + test.verdict;
      badge.textContent = test.verdict;
      const link = document.createElement("a");
      link.href = test.page;
      link.textContent = test.name;
      link.title = test.id;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        show(test.page, item);
      });
      item.append(badge, " ", link);
      if (test.reason) {
        const reason = document.createElement("span");
        reason.className = "faint small";
        reason.textContent = " " + test.reason;
        item.append(reason);
      }
      list.append(item);
    }
    panel.hidden = false;
    if (tests.length > 0) {
      show(tests[0].page, list.firstChild);
    } else {
      frame.removeAttribute("src");
    }
    if (chosen) {
      chosen.classList.remove("chosen");
    }
    chosen = cell.closest("tr");
    chosen.classList.add("chosen");
  }
  function close() {
    panel.hidden = true;
    frame.removeAttribute("src");
    if (chosen) {
      chosen.classList.remove("chosen");
    }
  }
  document.addEventListener("click", (event) => {
    const cell = event.target.closest("a[data-requirement]");
    if (cell && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      open(cell);
    }
  });
  document.getElementById("panel-close").addEventListener("click", close);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      close();
    }
  });
  const wanted = decodeURIComponent(location.hash.slice(1));
  const row = wanted ? document.getElementById(wanted) : null;
  if (row && row.querySelector("a[data-requirement]")) {
    open(row.querySelector("a[data-requirement]"));
  }
})();
