// Health check of the gateway container: has OpenClaw started? And because Docker does nothing about a process that
// lives and answers nobody, this kills one that was silent for too long; the restart policy starts it again.
// usage: node health.mjs [DIRECTORY of pid]
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";

const FOLDER = process.argv[2] ?? "/run/clawkit";
const ANSWER_MS = 4000;
// Longer than any pause seen while it loads plugins or a first turn on a busy machine (8 s). A gateway that starts,
// drains or migrates either answers 503 or does not listen: neither is silence.
const SILENT_MS = 45000;
const since = `${FOLDER}/silent-since`;

function silence() {
  try {
    return Date.now() - statSync(since).mtimeMs;
  } catch {
    writeFileSync(since, "");
    return 0;
  }
}

try {
  const signal = AbortSignal.timeout(ANSWER_MS);
  const answer = await fetch("http://127.0.0.1:18789/startupz", { signal });
  rmSync(since, { force: true });
  if (answer.ok) rmSync(`${process.env.OPENCLAW_STATE_DIR}/.clawkit-exit-78`, { force: true });
  console.log(await answer.text());
  process.exit(answer.ok ? 0 : 1);
} catch (error) {
  if (error.name !== "TimeoutError") {
    rmSync(since, { force: true });
    console.log(`does not listen (${error.cause?.code ?? error.message})`);
    process.exit(1);
  }
  const silent = Math.round(silence() / 1000);
  console.log(`lives, but has not answered for ${silent} s`);
  if (silent * 1000 >= SILENT_MS) {
    rmSync(since, { force: true });
    const pid = Number(readFileSync(`${FOLDER}/pid`, "utf8"));
    // the log of the container is what is read afterwards, not the one of this check
    writeFileSync("/proc/1/fd/2", `clawkit: the gateway answered nobody for ${silent} s; killed, to be started again\n`);
    process.kill(pid, "SIGKILL");
  }
  process.exit(1);
}
