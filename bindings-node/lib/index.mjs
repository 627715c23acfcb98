// What `import … from 'descope-outbound'` gives: the very same objects that `require` gives.
import DescopeClient from './index.cjs';

export const {
  DescopeError,
  DescopeHttpError,
  DescopeTransportError,
  RateLimitError,
  TokenNotFoundError,
  accelerate,
  restore,
} = DescopeClient;

export { DescopeClient, DescopeClient as default };
