// Quick exit: wipes the page and its memory, tells the hub, and puts a harmless page in place of this one.
export function leave({ base, token, exit }) {
  document.title = "";
  document.documentElement.hidden = true;
  document.body.replaceChildren();
  try {
    sessionStorage.clear();
  } catch {
    // storage may be refused in a private web view: then nothing was kept
  }
  // From here on Back, Forward and Reload find the harmless address, with a network or without.
  history.replaceState(null, "", exit);
  const body = JSON.stringify({ token });
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  const go = () => {
    fetch(`${base}/leave`, { method: "POST", keepalive: true, headers, body }).catch(() => {});
    // An empty page tells less than the browser's own page about a missing network.
    fetch(exit).then(() => location.replace(exit)).catch(() => setTimeout(go, 5000));
  };
  go();
}

// Three presses of Shift within two seconds, with no other key between them.
export function onThreeShifts(act) {
  let presses = [];
  addEventListener("keydown", (event) => {
    if (event.repeat) return;
    if (event.key !== "Shift") {
      presses = [];
      return;
    }
    const now = performance.now();
    presses = [...presses.filter((press) => now - press < 2000), now];
    if (presses.length >= 3) act();
  });
}
