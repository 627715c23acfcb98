// A program in a process of its own.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The root of the repository, whose package.json makes `descope-outbound` importable. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Runs the source of a module until it ends; rejects when it fails or takes too long. */
export function runModule(source, { environment = {}, flags = [], type = 'module', longest = 1024 * 1024 } = {}) {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const child = execFile(
      process.execPath,
      [...flags, `--input-type=${type}`, '--eval', source],
      { cwd: ROOT, env: { ...process.env, ...environment }, timeout: 30_000, maxBuffer: longest },
      (error, stdout, stderr) => {
        if (error) reject(new Error(`${error.message}\n${stdout}${stderr}`));
        else resolve({ stdout, stderr, milliseconds: performance.now() - begin, process: child });
      },
    );
  });
}
