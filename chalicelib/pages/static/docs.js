// The documentation: one choice of language for every example, and buttons that copy. All of it works without, too.
const KEPT = "docs.language";

function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function keep(language) {
  try {
    localStorage.setItem(KEPT, language);
  } catch {
    // nothing is kept then
  }
}

const choices = [...document.querySelectorAll(".tabs input")];

function choose(language) {
  for (const input of choices) {
    if (input.value === language) input.checked = true;
  }
}

for (const input of choices) {
  input.addEventListener("change", () => {
    const before = input.getBoundingClientRect().top;
    choose(input.value);
    keep(input.value);
    scrollBy(0, input.getBoundingClientRect().top - before);
  });
}
choose(kept());

for (const listing of document.querySelectorAll(".listing")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(listing.querySelector("code").textContent);
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  listing.append(button);
}

const contents = document.getElementById("contents");
contents.addEventListener("click", (event) => {
  if (event.target.closest("a") && contents.matches(":popover-open")) contents.hidePopover();
});
