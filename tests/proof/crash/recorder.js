// What the glass shows, told at once: of each tally its sign and its count, whenever either changes.
(() => {
  const known = new Map();
  const look = () => {
    const visit = /^#\/capture\/([0-9a-f-]{36})/.exec(location.hash)?.[1];
    if (!visit || typeof crash_says !== 'function') return;
    const news = [];
    for (const tally of document.querySelectorAll('.tally')) {
      const item = tally.querySelector('.tally-prompt')?.textContent ?? '';
      const state = tally.querySelector('.sign')?.dataset.state ?? 'none';
      const count = Number(tally.querySelector('.tally-count')?.textContent);
      const text = `${state} ${count}`;
      if (known.get(visit + item) === text) continue;
      known.set(visit + item, text);
      news.push([item, state, count]);
    }
    if (news.length) crash_says(JSON.stringify({ visit, at: performance.timeOrigin + performance.now(), news }));
  };
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: ['data-state'],
  });
})();
