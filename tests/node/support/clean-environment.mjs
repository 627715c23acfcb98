// Every test imports this first: it removes the developer's variables, so that no test talks to another machine.
const VARIABLE = /^(descope_|ssl_cert_)|_proxy$|^(node_extra_ca_certs|node_use_env_proxy)$/i;

for (const name of Object.keys(process.env)) {
  if (VARIABLE.test(name)) delete process.env[name];
}
