declare const __APP_VERSION__: string | undefined;

/** Given by the build; "dev" where nothing was built. */
export const APP_VERSION: string = typeof __APP_VERSION__ === 'string' ? __APP_VERSION__ : 'dev';
