// Times in French words, by the desk's clock: a counsellor's machine may be minutes wrong.
import { say } from "./dom.js";

const PARIS = { timeZone: "Europe/Paris" };
let skew = 0;

// Follows the Date of the desk's answers; a second more or less is only the header's grain.
export function tune(header) {
  const found = new Date(header) - Date.now();
  if (Math.abs(found - skew) > 2000) skew = Math.abs(found) > 2000 ? found : 0;
}

export const now = () => Date.now() + skew;

export function since(iso) {
  return (now() - new Date(iso)) / 1000;
}

export function duration(seconds) {
  if (seconds < 60) return say("time.seconds", { n: Math.max(0, Math.floor(seconds)) });
  if (seconds < 3600) return say("time.minutes", { n: Math.floor(seconds / 60) });
  const m = String(Math.floor((seconds % 3600) / 60)).padStart(2, "0");
  return say("time.hours", { h: Math.floor(seconds / 3600), m });
}

export function hour(moment) {
  return new Date(moment).toLocaleTimeString("fr", { ...PARIS, hour: "2-digit", minute: "2-digit" });
}

const dayOf = (at) => new Date(at).toLocaleDateString("en-CA", PARIS);

export function moment(iso) {
  const day = dayOf(iso);
  if (day === dayOf(now())) return say("time.today", { hour: hour(iso) });
  if (day === dayOf(now() + 86400000)) return say("time.tomorrow", { hour: hour(iso) });
  const words = new Date(iso).toLocaleDateString("fr", { ...PARIS, weekday: "long", day: "numeric", month: "long" });
  return say("time.moment", { day: words, hour: hour(iso) });
}
