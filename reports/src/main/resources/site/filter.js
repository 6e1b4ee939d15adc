"use strict";
(function () {
  const search = document.getElementById("search");
  const only = document.getElementById("only");
  const shown = document.getElementById("shown");
  function apply() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const body of document.querySelectorAll("tbody.section")) {
      let any = false;
      for (const row of body.querySelectorAll("tr.row")) {
        const text = row.dataset.text;
        const fits = words.every((word) => text.includes(word)) && (!only.checked || row.dataset.mark === "1");
        row.hidden = !fits;
        any = any || fits;
        count += fits ? 1 : 0;
      }
      body.hidden = !any;
    }
    for (const head of document.querySelectorAll("tbody.unit")) {
      let next = head.nextElementSibling;
      let any = false;
      while (next && !next.classList.contains("unit")) {
        any = any || !next.hidden;
        next = next.nextElementSibling;
      }
      head.hidden = !any;
    }
    shown.textContent = count + " requirements";
  }
  search.addEventListener("input", apply);
  only.addEventListener("change", apply);
  for (const button of document.querySelectorAll("tr.section button")) {
    button.addEventListener("click", () => {
      const shut = button.closest("tbody").classList.toggle("shut");
      button.setAttribute("aria-expanded", String(!shut));
    });
  }
  apply();
})();
