// Imported first by every test: nothing that the developer has set reaches a client, and no test leaves loopback.
const VARIABLE = /^(descope_|ssl_cert_)|_proxy$|^(node_extra_ca_certs|node_use_env_proxy)$/i;

for (const name of Object.keys(process.env)) {
  if (VARIABLE.test(name)) delete process.env[name];
}
