// Comfort, and nothing that is needed: a button that copies a quotation with its source, one that opens every fold, and keys to go on.
"use strict";

const words = document.body.dataset;

function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "comfort";
  made.textContent = label;
  made.addEventListener("click", () => act(made));
  return made;
}

function source(article) {
  const link = article.querySelector("a.permalink");
  return link ? link.href : location.href;
}

function quotation(article) {
  const quotes = [...article.querySelectorAll("blockquote")].map((each) => "“" + each.textContent.trim() + "”");
  const title = article.querySelector("h3").textContent.trim();
  const seen = document.querySelector("main time");
  return [title, ...quotes, (seen ? seen.textContent + ", " : "") + source(article)].join("\n");
}

for (const article of document.querySelectorAll("article.finding")) {
  if (!navigator.clipboard) break;
  article.append(button(words.copy, async (made) => {
    await navigator.clipboard.writeText(quotation(article));
    made.textContent = words.copied;
  }));
}

const folds = [...document.querySelectorAll("details.fold")];
const diff = document.querySelector(".diff");
if (diff && folds.length > 1) {
  diff.before(button(words.openAll, (made) => {
    const open = folds.some((each) => !each.open);
    for (const each of folds) each.open = open;
    made.textContent = open ? words.foldAll : words.openAll;
  }));
}

addEventListener("keydown", (event) => {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const rel = { p: "prev", n: "next" }[event.key];
  const link = rel && document.querySelector(`main a[rel="${rel}"]`);
  if (link) link.click();
});

addEventListener("beforeprint", () => {
  for (const each of document.querySelectorAll("details.fold.moved")) each.open = true;
});
