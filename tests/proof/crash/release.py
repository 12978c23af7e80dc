"""New versions of the app, deployed while a coach observes: they must wait until she has left the visit."""

import os
import shutil
from pathlib import Path

from playwright.sync_api import Error, Page

OTHER_BUILD = (
    Path(__file__).parents[2] / "e2e/other_build.py"
)  # the server, with the app's files from a folder
# What becomes of a new version while this page is on a visit. A page of the first start has no worker yet.
LOOK = """async () => {
  const registration = await navigator.serviceWorker.getRegistration('/app/');
  if (!registration?.active || !navigator.serviceWorker.controller) return 'no worker';
  let became = 'nothing came';
  const states = () => ['active', 'waiting', 'installing'].map((one) => `${one} ${registration[one]?.state}`);
  const before = states();
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    const { controller } = navigator.serviceWorker;
    became = `it took over (before: ${before}; now: ${states()}; controller ${controller?.state})`;
  });
  await registration.update();
  const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  for (let tries = 0; tries < 100 && registration.installing; tries += 1) await later(50);
  await later(400);
  return became === 'nothing came' && registration.waiting ? 'it waits' : became;
}"""


GONE = "the page has gone"  # killed meanwhile, or its worker with the browser: nothing was seen


class Release:
    """A copy of the tree's build, which a server shows that is started with `program` and this environment."""

    def __init__(self, folder: Path) -> None:
        from noticing.web.layout import BUILT

        self.folder, self.number = Path(shutil.copytree(BUILT, folder)), 0
        os.environ["NOTICING_TEST_BUILD"] = str(folder)

    def deploy(self) -> None:
        """Its worker is another one; what else is in it makes no difference here."""
        self.number += 1
        worker = self.folder / "app/sw.js"
        fresh = worker.with_suffix(".new")
        fresh.write_text(f"{worker.read_text('utf-8')}\n// deployed: {self.number}\n", "utf-8")
        fresh.replace(worker)

    def arrive(self, page: Page) -> str:
        """What becomes of it in a page that is on a visit."""
        self.deploy()
        try:
            became: str = page.evaluate(LOOK)
        except Error:
            became = GONE
        return became
