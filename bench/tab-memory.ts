import { existsSync, readFileSync } from "node:fs";
import type { Browser } from "playwright-core";

/** Milliseconds between two looks at the memory. */
const INTERVAL = 5;

/** The processes of a browser that have pages and workers; that of a page may be kept beside one without any. */
export async function renderersOf(browser: Browser): Promise<number[]> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  return processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
}

/** Bytes that a process has of its own, and that it shares with others. */
function memoryOf(id: number): number {
  const file = `/proc/${id}/status`;
  const status = existsSync(file) ? readFileSync(file, "utf8") : "";
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0);
  return 1024 * (kilobytes("RssAnon") + kilobytes("RssShmem"));
}

/** Looks at the memory of some processes again and again, and keeps that of the one with the most. */
export class MemoryWatch {
  readonly #ids: readonly number[];
  readonly #timer: NodeJS.Timeout;
  #most = 0;

  constructor(ids: readonly number[]) {
    this.#ids = ids;
    this.#timer = setInterval(() => this.#look(), INTERVAL);
  }

  /** The most since this was asked last. */
  most(): number {
    this.#look();
    const most = this.#most;
    this.#most = 0;
    return most;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    this.#most = Math.max(this.#most, ...this.#ids.map(memoryOf));
  }
}
