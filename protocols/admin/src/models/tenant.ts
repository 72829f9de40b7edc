import { AdditionalProperties, CollectionOf, MaxLength, Pattern, Description, Property, Required } from '@tsed/schema';
import { DoorChangesModel, DoorsModel } from './doors.ts';

export class TenantModel {
  @Required()
  name!: string;

  @Required()
  @Property(DoorsModel)
  defaultDoors!: DoorsModel;
}

export class TenantListModel {
  @Required()
  @CollectionOf(TenantModel)
  tenants!: TenantModel[];
}

@AdditionalProperties(false)
export class NewTenantModel {
  @Required()
  @MaxLength(64)
  @Pattern(/^[a-z0-9][a-z0-9._-]*$/)
  @Description('lower-case letters, digits, dot, dash and underscore, beginning with a letter or digit')
  name!: string;

  @Property(DoorChangesModel)
  @Description('Doors that a new share of the tenant opens when nothing else is said; absent: S3')
  defaultDoors?: DoorChangesModel;
}
