import {
  AdditionalProperties,
  CollectionOf,
  Default,
  Description,
  Integer,
  MaxItems,
  Maximum,
  MaxLength,
  Minimum,
  MinLength,
  Property,
  Required,
} from '@tsed/schema';

const largestId = 4_294_967_294;

@AdditionalProperties(false)
export class NewAccessKeyModel {
  @Required()
  @MinLength(3)
  @MaxLength(128)
  id!: string;

  @Required()
  @MinLength(8)
  @MaxLength(256)
  secret!: string;
}

@AdditionalProperties(false)
@Description('A given key, or nothing for a random one')
export class AccessKeyRequestModel {
  @MinLength(3)
  @MaxLength(128)
  id?: string;

  @MinLength(8)
  @MaxLength(256)
  secret?: string;
}

@Description('The secret is shown here and never again')
export class AccessKeyModel {
  @Required()
  id!: string;

  @Required()
  secret!: string;
}

export class AccessKeyInfoModel {
  @Required()
  id!: string;

  @Required()
  @Description('ISO 8601')
  createdAt!: string;

  @Required()
  disabled!: boolean;
}

export class AccessKeyListModel {
  @Required()
  @CollectionOf(AccessKeyInfoModel)
  keys!: AccessKeyInfoModel[];
}

export class UserModel {
  @Required()
  @Description('Stable, never reused')
  id!: string;

  @Required()
  tenant!: string;

  @Required()
  name!: string;

  @Required()
  @Integer()
  uid!: number;

  @Required()
  @Integer()
  gid!: number;

  @Required()
  @CollectionOf(Number)
  groups!: number[];

  @Required()
  administrator!: boolean;

  @Required()
  disabled!: boolean;

  @Required()
  @CollectionOf(AccessKeyInfoModel)
  accessKeys!: AccessKeyInfoModel[];
}

export class UserListModel {
  @Required()
  @CollectionOf(UserModel)
  users!: UserModel[];
}

@AdditionalProperties(false)
export class NewUserModel {
  @MinLength(1)
  @MaxLength(64)
  @Default('default')
  tenant?: string;

  @Required()
  @MaxLength(64)
  name!: string;

  @MinLength(8)
  @MaxLength(256)
  @Description('Absent: the user has no password and comes in by access keys only')
  password?: string;

  @Integer()
  @Minimum(1)
  @Maximum(largestId)
  @Description('Absent: the next free one from 10000')
  uid?: number;

  @Integer()
  @Minimum(1)
  @Maximum(largestId)
  gid?: number;

  @CollectionOf(Number)
  @MaxItems(256)
  groups?: number[];

  @Property(Boolean)
  administrator?: boolean;

  @CollectionOf(NewAccessKeyModel)
  @MaxItems(16)
  @Description('Absent: one random key is made. An empty list: none')
  accessKeys?: NewAccessKeyModel[];
}

@Description('The user that was made, with its keys, whose secrets are shown here and never again')
export class CreatedUserModel {
  @Required()
  @Property(UserModel)
  user!: UserModel;

  @Required()
  @CollectionOf(AccessKeyModel)
  keys!: AccessKeyModel[];
}

@AdditionalProperties(false)
export class UserChangesModel {
  @MinLength(8)
  @MaxLength(256)
  password?: string;

  @Integer()
  @Minimum(1)
  @Maximum(largestId)
  gid?: number;

  @CollectionOf(Number)
  @MaxItems(256)
  groups?: number[];

  @Property(Boolean)
  administrator?: boolean;

  @Property(Boolean)
  disabled?: boolean;
}
