// The field to write in: grows with the text, sends on Enter, stays above the keyboard, tells that somebody types.
export class Composer {
  constructor(form, { draft, send, keep, typing, follow }) {
    this.field = form.querySelector("textarea");
    this.field.value = draft;
    this.typed = 0;
    form.addEventListener("submit", () => this.give(send));
    this.field.addEventListener("input", () => {
      keep(this.field.value);
      this.grow();
      if (Date.now() - this.typed < 5000) return;
      if (typing()) this.typed = Date.now();
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.give(send);
    });
    // Some web views lay the keyboard over the page instead of making the page smaller.
    const seen = window.visualViewport;
    const lift = () => {
      form.parentNode.style.bottom = `${Math.max(0, innerHeight - seen.height - seen.offsetTop)}px`;
    };
    seen?.addEventListener("scroll", lift);
    seen?.addEventListener("resize", () => {
      lift();
      if (this.field.matches(":focus")) follow();
    });
    this.grow();
  }

  give(send) {
    const text = this.field.value.replace(/[^\P{Cc}\t\n]/gu, "").trim();
    if (!text) return;
    this.field.value = "";
    this.typed = 0;
    this.grow();
    this.field.focus();
    send(text);
  }

  grow() {
    this.field.style.height = "";
    this.field.style.height = `${Math.min(this.field.scrollHeight + 2, 160)}px`;
  }
}
