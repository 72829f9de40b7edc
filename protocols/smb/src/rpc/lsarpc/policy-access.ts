/** Rights to a policy object that everybody has (MS-LSAD 2.2.1.1): the generic and the specific ones for looking. */
const READ =
  0x0000_0001 | // POLICY_VIEW_LOCAL_INFORMATION
  0x0000_0002 | // POLICY_VIEW_AUDIT_INFORMATION
  0x0000_0004 | // POLICY_GET_PRIVATE_INFORMATION
  0x0000_0800 | // POLICY_LOOKUP_NAMES
  0x0002_0000 | // READ_CONTROL
  0x0200_0000 | // MAXIMUM_ALLOWED
  0x2000_0000; // GENERIC_EXECUTE
const GENERIC_READ = 0x8000_0000;

/** Nothing about the policy can be changed here, and a client that asks for a right to it hears so at once. */
export function grantsPolicy(desiredAccess: number): boolean {
  return (desiredAccess & ~(READ | GENERIC_READ)) === 0;
}
