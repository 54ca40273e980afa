// What was closed in the last minutes and may still come back. Kept through a reload; no word of anybody in it.
import { forget, recall, remember } from "./drafts.js";
import { now } from "./time.js";

const KEY = "recent";

export class Recent {
  constructor() {
    this.rows = recall(KEY, []);
  }

  // The closed sessions whose time has not run out; what this tab kept of the others goes.
  get list() {
    const over = this.rows.filter((row) => new Date(row.until) <= now());
    for (const row of over) this.remove(row.id, true);
    return this.rows;
  }

  add(data) {
    if (!data?.undo_until) return;
    const { id, epoch, session, platform, reason, undo_until: until } = data;
    this.rows = [{ id, epoch, session, platform, reason, until }, ...this.rows.filter((row) => row.id !== id)];
    remember(KEY, this.rows);
  }

  remove(id, forgetting = false) {
    if (!this.rows.some((row) => row.id === id)) return;
    this.rows = this.rows.filter((row) => row.id !== id);
    remember(KEY, this.rows);
    if (forgetting) forget(id);
  }
}
