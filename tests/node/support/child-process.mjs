// Runs a program in its own process.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The root of the repository, whose package.json makes `descope-outbound` importable. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Make a program that hangs print a diagnostic report when it receives SIGUSR2. */
const REPORT = [
  '--report-on-signal',
  '--report-signal=SIGUSR2',
  '--report-filename=stderr',
  '--report-exclude-network',
];

const DEFAULTS = { environment: {}, flags: [], type: 'module', maxOutput: 1024 * 1024, seconds: 30 };

/**
 * Run the source of a module until it ends. Rejects if it fails, or if it takes too long; the error then includes a
 * report of its stack and of what keeps it alive.
 */
export function runModule(source, options = {}) {
  const { environment, flags, type, maxOutput, seconds } = { ...DEFAULTS, ...options };
  const limits = { killSignal: 'SIGKILL', maxBuffer: maxOutput, timeout: (seconds + 2) * 1000 };
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
