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
  const tell = () => fetch(`${base}/leave`, { method: "POST", keepalive: true, headers, body });
  // The hub is busy for a moment: it is told again. What it refuses for good is not repeated.
  const told = async () => {
    for (let late = 200; late < 2000; late *= 2) {
      if (await tell().then((answer) => answer.status < 500 && answer.status !== 429, () => false)) return;
      await new Promise((rest) => setTimeout(rest, late));
    }
  };
  const go = async () => {
    // The cookie goes with the hub's answer, so that is waited for, though not longer than an empty page is bearable.
    const enough = Promise.race([told(), new Promise((rest) => setTimeout(rest, 1500))]);
    try {
      await fetch(exit);
    } catch {
      // An empty page tells less than the browser's own page about a missing network.
      setTimeout(go, 5000);
      return;
    }
    await enough;
    location.replace(exit);
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
