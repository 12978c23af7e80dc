/** Who works on this tablet now. */
export interface Session {
  readonly person_id: string;
  readonly display_name: string;
  readonly tenant_id: string;
  readonly tenant_name: string;
  readonly roles: readonly string[];
  /** null where the tablet's memory said who it is, not the server. */
  readonly csrf_token: string | null;
}

export function is_observer(roles: readonly string[]): boolean {
  return roles.includes('coach') || roles.includes('principal');
}
