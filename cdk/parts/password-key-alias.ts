/** Of the key that a deployment's camera passwords are encrypted by. */
export function passwordKeyAlias(deployment: string): string {
  return `alias/${deployment}-passwords`;
}
