// The emulator as a process of its own, and its control endpoints.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { ROOT } from './child.mjs';

const BINARY = process.env.EMULATOR ?? join(ROOT, 'target/debug/descope-outbound-emulator');

/** Starts an emulator that ends with the test; the configuration is one for a client of it. */
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
    const answer = await fetch(`${baseUrl}/_emulator/${path}`, { method, body });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  return { configuration: { projectId, managementKey, baseUrl }, control };
}
