// The ES module entry point: exports the same objects as index.cjs.
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
