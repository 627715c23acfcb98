// Starts the emulator in its own process, and calls its control endpoints.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { ROOT } from './child-process.mjs';

const BINARY = process.env.EMULATOR ?? join(ROOT, 'target/debug/descope-outbound-emulator');

/** Start an emulator that ends with the test. Returns the configuration of a client for it. */
export async function startEmulator(test, ...flags) {
  const child = spawn(BINARY, ['--port', '0', ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  test.after(async () => {
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  });
  const lines = createInterface({ input: child.stdout });
  const [introduction] = await once(lines, 'line');
  const { base_url: baseUrl, project_id: projectId, management_key: managementKey } = JSON.parse(introduction);

  async function control(method, path, parameters) {
    const body = method === 'POST' ? JSON.stringify(parameters ?? {}) : undefined;
    const response = await fetch(`${baseUrl}/_emulator/${path}`, { method, body });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  return { configuration: { projectId, managementKey, baseUrl }, control };
}
