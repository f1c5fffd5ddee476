import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** An example in a folder of its own, which knows nothing of this repository but the tarballs of its packages. */
export class Example {
  #readme;

  constructor(name, folder, readme) {
    this.name = name;
    this.folder = folder;
    this.#readme = readme;
  }

  /** Copies an example, and lets it take `@mmfs/*` from the tarballs, its dependencies' dependencies too. */
  static async copy(source, name, folder, tarballs) {
    await cp(source, folder, { recursive: true, filter: (path) => !/[/\\](node_modules|\.next|dist)$/.test(path) });
    const path = join(folder, "package.json");
    const manifest = JSON.parse(await readFile(path, "utf8"));
    const files = Object.fromEntries([...tarballs].map(([name, file]) => [name, `file:${file}`]));
    for (const name of Object.keys(manifest.dependencies).filter((name) => name.startsWith("@mmfs/"))) {
      assert(files[name], `${name} is no package of this repository.`);
      manifest.dependencies[name] = files[name];
    }
    manifest.overrides = { ...manifest.overrides, ...files };
    await writeFile(path, JSON.stringify(manifest, null, 2));
    return new Example(name, folder, await readFile(join(folder, "README.md"), "utf8"));
  }

  path(...names) {
    return join(this.folder, ...names);
  }

  /** Runs a command of the README to its end. */
  async run(command, { status = 0, env } = {}) {
    const running = this.start(command, { env });
    const ended = await running.ended;
    assert.equal(ended, status, `${this.name}: ${command} ended with ${ended}, not ${status}\n${running.output}`);
    return running.output;
  }

  /** Starts a command of the README that serves, and waits until it has said where. */
  async serve(command, { env } = {}) {
    const running = this.start(command, { env });
    const deadline = Date.now() + 60_000;
    for (;;) {
      const [url] = /http:\/\/(localhost|127\.0\.0\.1):\d+/.exec(stripAnsi(running.output)) ?? [];
      if (url) return Object.assign(running, { url });
      if (running.child.exitCode !== null || Date.now() > deadline) {
        await running.stop();
        assert.fail(`${this.name}: ${command} does not serve\n${running.output}`);
      }
      await sleep(50);
    }
  }

  /** Starts a command of the README. */
  start(command, { env } = {}) {
    const lines = [...this.#readme.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block]) => block.trim().split("\n"));
    assert(lines.includes(command), `README.md of ${this.name} does not say: ${command}`);
    const child = spawn(command, {
      cwd: this.folder,
      env: { ...userEnvironment(), ...env },
      shell: true,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const running = {
      child,
      output: "",
      ended: new Promise((resolve) => child.once("close", (code, signal) => resolve(code ?? signal))),
      /** Signals everything that the command has started, and waits for its end. */
      async stop(signal = "SIGTERM") {
        try {
          process.kill(-child.pid, signal);
        } catch {}
        return running.ended;
      },
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        running.output += text;
      });
    }
    return running;
  }
}

/** The environment without what npm and this repository have put into it. */
function userEnvironment() {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(package|lifecycle)|INIT_CWD|NODE_ENV|PORT$)/.test(name),
  );
  const path = (process.env.PATH ?? "").split(":").filter((folder) => !folder.includes("node_modules"));
  return {
    ...Object.fromEntries(kept),
    PATH: path.join(":"),
    npm_config_local_prefix: "",
    npm_config_audit: "false",
    npm_config_fund: "false",
    npm_config_prefer_offline: "true",
    NEXT_TELEMETRY_DISABLED: "1",
    ONNXRUNTIME_NODE_INSTALL: process.env.ONNXRUNTIME_NODE_INSTALL ?? "skip",
  };
}

function stripAnsi(text) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what terminals' colours begin with
  return text.replace(/\u001b\[[\d;]*m/g, "");
}
