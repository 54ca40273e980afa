"""`python -m tests.crawl`: a hub of its own, every page of it as everybody sees it, and what was wrong."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from local.chromium import find
from tests.browser.people import ARGUMENTS, SIZES
from tests.conftest import Running
from tests.crawl.run import Crawl


def main() -> int:
    """Crawl; 1 when something was found."""
    expect.set_options(timeout=30_000)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        running = Running(Path(folder))
        browser = playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)
        try:
            crawl = Crawl(browser, running.hub)
            for size in SIZES:
                crawl.all(size)
        finally:
            browser.close()
            running.stop()
    print(crawl.table)
    for finding in crawl.findings:
        print(finding)
    print(f"{len(crawl.findings)} findings in {time.monotonic() - began:.0f} s")
    return int(bool(crawl.findings))


if __name__ == "__main__":
    sys.exit(main())
