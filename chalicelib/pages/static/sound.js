// Short tones when somebody waits or writes. No file, and nothing before the counsellor has touched the page.
import { wish, wishes } from "./prefs.js";

const TONES = { waiting: [660, 880], danger: [880, 660, 880, 660], unread: [520] };
const LENGTH = 0.14;

let context = null;
let sounding = wish("sound", true);
wishes.addEventListener("sound", (event) => {
  sounding = event.detail;
});

function wake() {
  context ||= new AudioContext();
  if (context.state === "suspended") context.resume();
}

for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, wake, { capture: true });

export function play(kind) {
  if (!sounding || context?.state !== "running") return;
  TONES[kind].forEach((pitch, place) => tone(pitch, context.currentTime + place * LENGTH * 1.2));
}

function tone(pitch, at) {
  const voice = context.createOscillator();
  const volume = context.createGain();
  voice.frequency.value = pitch;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.15, at + 0.02);
  volume.gain.linearRampToValueAtTime(0, at + LENGTH);
  voice.connect(volume).connect(context.destination);
  voice.start(at);
  voice.stop(at + LENGTH);
}
