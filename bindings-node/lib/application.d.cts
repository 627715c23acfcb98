/** Whether the third party gives out refresh tokens. */
export type AccessType = 'offline' | 'online';

/** What the third party asks of the user. */
export type PromptType = 'none' | 'login' | 'consent' | 'select_account';

/** A parameter that Descope adds to a URL. */
export interface URLParam {
  key: string;
  value: string;
}

/** What an outbound app is, beside whose it is. The names are those of Descope's API reference. */
export interface OutboundAppSettings {
  description?: string;
  /** The URL of its picture. */
  logo?: string;
  /** The client id that the third party knows Descope by. */
  clientId?: string;
  /** Where the third party describes its endpoints. */
  discoveryUrl?: string;
  authorizationUrl?: string;
  authorizationUrlParams?: URLParam[];
  tokenUrl?: string;
  tokenUrlParams?: URLParam[];
  revocationUrl?: string;
  /** What is asked for where a connection names no scopes. */
  defaultScopes?: string[];
  /** Where the user is sent after connecting, where the connection does not say. */
  defaultRedirectUrl?: string;
  callbackDomain?: string;
  pkce?: boolean;
  accessType?: AccessType;
  prompt?: PromptType[];
  /** Its kind, such as `custom`. */
  appType?: string;
  /** Whether Descope registers itself at the third party (dynamic client registration). */
  useDcr?: boolean;
  /** Where it does so. */
  dcrUrl?: string;
  /** The tenant that the app is for. */
  tenantId?: string;
}

/**
 * An outbound app, as the service sends it: a plain object that is the caller's own to change. `console.log` and
 * `util.inspect` show `[redacted]` in the place of a secret.
 */
export interface OutboundApplication extends OutboundAppSettings {
  id: string;
  name: string;
  /** For `createApplication` and `updateApplication`. Nobody documents that the service ever sends it back. */
  clientSecret?: string;
}

/** Whatever these fields are, each may be absent, and undefined and null are as good as that. */
type Given<Fields> = { [Name in keyof Fields]?: Fields[Name] | null | undefined };

/** What `createApplication` takes. Without an id, the service makes one up. */
export interface OutboundApplicationToCreate extends Given<Omit<OutboundApplication, 'name'>> {
  name: string;
}

/** What `updateApplication` takes: the whole app, since what is left out is emptied. */
export interface OutboundApplicationToUpdate extends Given<Omit<OutboundApplication, 'id' | 'name'>> {
  id: string;
  name: string;
}

/** What an app that is made from a template has in the place of what the template says. */
export interface OutboundAppTemplateOverrides extends Given<OutboundAppSettings> {
  name?: string | null | undefined;
}

/** What `createApplicationByTemplate` takes. */
export interface CreateOutboundAppByTemplateOptions {
  templateId: string;
  /** Without one, the service makes one up. */
  id?: string | null | undefined;
  clientId?: string | null | undefined;
  clientSecret?: string | null | undefined;
  tenantId?: string | null | undefined;
  overrides?: OutboundAppTemplateOverrides | null | undefined;
}

// What is not exported above is not for use elsewhere; without this line it would be.
export {};
