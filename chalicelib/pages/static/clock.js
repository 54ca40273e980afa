// A moment in the reader's own zone, in words: "9:00", "demain", "demain à 9:00".
export function moment(iso, style, words, lang) {
  const at = new Date(iso);
  const hour = at.toLocaleTimeString(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).replace(/^0/, "");
  if (style === "hour") return hour;
  const midnight = (time) => new Date(time).setHours(0, 0, 0, 0);
  const days = Math.round((midnight(at) - midnight(Date.now())) / 86400000);
  const long = { weekday: "long", day: "numeric", month: "long" };
  const day = [words.today, words.tomorrow][days] || at.toLocaleDateString(lang, long);
  return style === "day" ? day : words.moment.replace("{day}", day).replace("{hour}", hour);
}
