// A worker that only beats: a hidden tab's own timers slow down to one a minute, and a lease would run out.
setInterval(() => postMessage(0), 1000);
