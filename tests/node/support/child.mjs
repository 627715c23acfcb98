// A program in a process of its own.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The root of the repository, whose package.json makes `descope-outbound` importable. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** A program that hangs tells where, when it gets this signal. */
const REPORT = [
  '--report-on-signal',
  '--report-signal=SIGUSR2',
  '--report-filename=stderr',
  '--report-exclude-network',
];

const DEFAULTS = { environment: {}, flags: [], type: 'module', longest: 1024 * 1024, seconds: 30 };

/**
 * Runs the source of a module until it ends; rejects when it fails, or when it takes too long: then with a report of its
 * stack and of what keeps it alive.
 */
export function runModule(source, options = {}) {
  const { environment, flags, type, longest, seconds } = { ...DEFAULTS, ...options };
  const limits = { killSignal: 'SIGKILL', maxBuffer: longest, timeout: (seconds + 2) * 1000 };
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const child = execFile(
      process.execPath,
      [...REPORT, ...flags, `--input-type=${type}`, '--eval', source],
      { cwd: ROOT, env: { ...process.env, ...environment }, ...limits },
      (error, stdout, stderr) => {
        clearTimeout(watchdog);
        if (error) reject(new Error(`${error.message}\n${stdout}${stderr}`));
        else resolve({ stdout, stderr, milliseconds: performance.now() - begin, process: child });
      },
    );
    const watchdog = setTimeout(() => child.kill('SIGUSR2'), seconds * 1000);
  });
}
