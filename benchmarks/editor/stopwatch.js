// The page's own clock: from what a person does, or the page asks, to the picture that shows what came of it.
(() => {
  const PATIENCE = 60_000;
  const times = { acted: 0, asked: 0, analysed: 0 };
  let waiting = null;

  const painted = (tell) => requestAnimationFrame(() => setTimeout(() => tell(performance.now()), 0));

  // The newest wins: what is measured is the last that was done.
  for (const kind of ["keydown", "change", "click"])
    addEventListener(kind, (event) => (times.acted = event.timeStamp), { capture: true });

  const fetched = window.fetch;
  window.fetch = (...question) => {
    if (String(question[0]).includes("/analyse/")) times.asked = performance.now();
    return fetched(...question);
  };

  document.addEventListener("wakeline:analysed", () =>
    painted((at) => {
      times.analysed = at;
      if (waiting?.what === "analysed") waiting.tell(at);
    }),
  );

  const look = () => {
    const { what, tell } = waiting ?? {};
    if (what && what !== "analysed" && document.querySelector(what)) {
      waiting = null;
      painted(tell);
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });

  window.stopwatch = {
    times,
    // Arm it: `what` is "analysed", or a selector of what is not on the page yet.
    start(what) {
      this.finished = new Promise((tell, fail) => {
        waiting = { what, tell };
        setTimeout(() => fail(new Error(`${what} does not come`)), PATIENCE);
      });
      this.finished.catch(() => undefined);
    },
  };
})();
