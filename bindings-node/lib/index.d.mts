export * from './accelerate.cjs';
export * from './application.cjs';
export * from './client.cjs';
export { DescopeClient as default } from './client.cjs';
export * from './errors.cjs';
export * from './operations.cjs';
export * from './response.cjs';
export * from './token.cjs';
export * from './upload.cjs';
