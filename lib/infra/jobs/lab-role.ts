import {
  type AddToPrincipalPolicyResult,
  ManagedPolicy,
  type PolicyStatement,
  Role,
  type RoleProps,
} from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Compliance } from '../../contract/workload/config.ts';

export interface LabRoleProps extends RoleProps {
  /** A lab that is held to a pack has no inline policies. */
  readonly compliance?: Compliance | undefined;
}

/** A role whose permissions are in the one policy that goes with it: inline, or managed where a pack forbids inline ones. */
export function labRole(scope: Construct, id: string, { compliance, ...props }: LabRoleProps): Role {
  return compliance ? new ManagedRole(scope, id, props) : new Role(scope, id, props);
}

/** What CDK's grants add to it goes into a managed policy. */
class ManagedRole extends Role {
  private own?: ManagedPolicy;

  override addToPrincipalPolicy(statement: PolicyStatement): AddToPrincipalPolicyResult {
    this.own ??= new ManagedPolicy(this, 'Policy', { roles: [this] });
    this.own.addStatements(statement);
    return { statementAdded: true, policyDependable: this.own };
  }
}
