/** Whether the third party issues refresh tokens (`offline`) or not (`online`). */
export type AccessType = 'offline' | 'online';

/** A prompt that the third party shows to the user. */
export type PromptType = 'none' | 'login' | 'consent' | 'select_account';

/** A query parameter that Descope adds to a URL. */
export interface URLParam {
  key: string;
  value: string;
}

/** The settings of an outbound app. The names are those of Descope's API reference. */
export interface OutboundAppSettings {
  description?: string;
  /** The URL of the app's logo. */
  logo?: string;
  /** Descope's client id at the third party. */
  clientId?: string;
  /** The URL of the document that lists the third party's endpoints. */
  discoveryUrl?: string;
  authorizationUrl?: string;
  authorizationUrlParams?: URLParam[];
  tokenUrl?: string;
  tokenUrlParams?: URLParam[];
  revocationUrl?: string;
  /** The scopes to request if a connection names none. */
  defaultScopes?: string[];
  /** The URL to send the user to after connecting, if the connection names none. */
  defaultRedirectUrl?: string;
  callbackDomain?: string;
  pkce?: boolean;
  accessType?: AccessType;
  prompt?: PromptType[];
  /** The type of the app, such as `custom`. */
  appType?: string;
  /** Whether Descope registers itself with the third party (dynamic client registration). */
  useDcr?: boolean;
  /** The URL for dynamic client registration. */
  dcrUrl?: string;
  /** The tenant that the app belongs to. */
  tenantId?: string;
}

/**
 * An outbound app, as the service sends it: a plain object that the caller owns and may change. `console.log` and
 * `util.inspect` show `[redacted]` instead of a secret.
 */
export interface OutboundApplication extends OutboundAppSettings {
  id: string;
  name: string;
  /**
   * The client secret, for `createApplication` and `updateApplication`. No documentation says that the service returns
   * it.
   */
  clientSecret?: string;
}

/** Make every field optional. Undefined and null count as absent. */
type Given<Fields> = { [Name in keyof Fields]?: Fields[Name] | null | undefined };

/** The argument of `createApplication`. Without an id, the service generates one. */
export interface OutboundApplicationToCreate extends Given<Omit<OutboundApplication, 'name'>> {
  name: string;
}

/** The argument of `updateApplication`: the complete app. Fields that are left out become empty. */
export interface OutboundApplicationToUpdate extends Given<Omit<OutboundApplication, 'id' | 'name'>> {
  id: string;
  name: string;
}

/** Settings that replace those of a template. */
export interface OutboundAppTemplateOverrides extends Given<OutboundAppSettings> {
  name?: string | null | undefined;
}

/** The argument of `createApplicationByTemplate`. */
export interface CreateOutboundAppByTemplateOptions {
  templateId: string;
  /** The id of the new app. Without one, the service generates it. */
  id?: string | null | undefined;
  clientId?: string | null | undefined;
  clientSecret?: string | null | undefined;
  tenantId?: string | null | undefined;
  overrides?: OutboundAppTemplateOverrides | null | undefined;
}

// Without this line, TypeScript would export the declarations above that have no `export`.
export {};
