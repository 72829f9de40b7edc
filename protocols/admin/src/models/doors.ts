import {
  AdditionalProperties,
  CollectionOf,
  Default,
  Description,
  Enum,
  Integer,
  MaxItems,
  Maximum,
  MaxLength,
  Minimum,
  MinItems,
  Nullable,
  Property,
  Required,
} from '@tsed/schema';

@AdditionalProperties(false)
@Description(
  'Which clients an NFS door lets in and as whom. The first rule that matches the address decides; none means refused.',
)
export class NfsRuleModel {
  @Required()
  @MaxLength(64)
  @Description('An address, a CIDR prefix, or *')
  clients!: string;

  @Enum('ro', 'rw')
  @Default('rw')
  access?: 'ro' | 'rw';

  @Enum('none', 'root', 'all')
  @Default('root')
  @Description('root: uid and gid 0 become anonymous; all: everybody; none: nobody')
  squash?: 'none' | 'root' | 'all';

  @Integer()
  @Minimum(0)
  @Maximum(4_294_967_295)
  @Default(65_534)
  anonymousUid?: number;

  @Integer()
  @Minimum(0)
  @Maximum(4_294_967_295)
  @Default(65_534)
  anonymousGid?: number;

  @Property(Boolean)
  @Default(false)
  @Description('Refuse source ports of 1024 and above')
  privilegedPort?: boolean;
}

@AdditionalProperties(false)
export class NfsDoorModel {
  @Required()
  @CollectionOf(NfsRuleModel)
  @MinItems(1)
  @MaxItems(1000)
  rules!: NfsRuleModel[];

  @MaxLength(255)
  @Description('Name of the export, where it is not the name of the share')
  alias?: string;
}

@AdditionalProperties(false)
export class S3DoorModel {
  @MaxLength(63)
  @Description('Name of the bucket, where the name of the share is none')
  alias?: string;

  @Property(Boolean)
  readOnly?: boolean;
}

@AdditionalProperties(false)
export class SmbDoorModel {
  @MaxLength(80)
  @Description('Name that SMB clients see, where the name of the share does not suit them')
  alias?: string;

  @Property(Boolean)
  readOnly?: boolean;
}

@AdditionalProperties(false)
export class SwiftDoorModel {
  @MaxLength(255)
  @Description('Name of the container, where it is not the name of the share')
  alias?: string;

  @Property(Boolean)
  readOnly?: boolean;
}

@AdditionalProperties(false)
@Description('Doors to open; null closes one, an absent one stays as it is')
export class DoorChangesModel {
  @Nullable(NfsDoorModel)
  nfs?: NfsDoorModel | null;

  @Nullable(S3DoorModel)
  s3?: S3DoorModel | null;

  @Nullable(SmbDoorModel)
  smb?: SmbDoorModel | null;

  @Nullable(SwiftDoorModel)
  swift?: SwiftDoorModel | null;
}

@Description('Open doors')
export class DoorsModel {
  @Property(NfsDoorModel)
  nfs?: NfsDoorModel;

  @Property(S3DoorModel)
  s3?: S3DoorModel;

  @Property(SmbDoorModel)
  smb?: SmbDoorModel;

  @Property(SwiftDoorModel)
  swift?: SwiftDoorModel;
}
