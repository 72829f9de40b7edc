import {
  AdditionalProperties,
  CollectionOf,
  Default,
  Description,
  Integer,
  Maximum,
  MaxLength,
  Minimum,
  MinLength,
  Property,
  Required,
} from '@tsed/schema';
import { DoorChangesModel, DoorsModel } from './doors.ts';

export class ShareModel {
  @Required()
  @Integer()
  id!: number;

  @Required()
  tenant!: string;

  @Required()
  name!: string;

  @Required()
  volume!: string;

  @Required()
  @Description('Name of the owning user; its id where the user is gone')
  owner!: string;

  @Required()
  ownerId!: string;

  @Required()
  @Description('ISO 8601')
  createdAt!: string;

  @Required()
  readOnly!: boolean;

  @Required()
  @Property(DoorsModel)
  doors!: DoorsModel;

  @Required()
  @Description('Names under which doors show the share, by door')
  shownAs!: Record<string, string>;
}

@AdditionalProperties(false)
export class QuotaModel {
  @Required()
  @Integer()
  @Minimum(0)
  @Description('Bytes that the share may hold; 0 is unlimited')
  maxBytes!: number;

  @Required()
  @Integer()
  @Minimum(0)
  @Description('Files and directories that the share may hold; 0 is unlimited')
  maxFiles!: number;
}

export class ShareSpaceModel {
  @Property(QuotaModel)
  @Description('Absent on a volume that holds no directory to a quota')
  quota?: QuotaModel;

  @Property(Number)
  @Description('May be some seconds late')
  usedBytes?: number;

  @Property(Number)
  usedFiles?: number;

  @Property(String)
  @Description('Where new files go; absent on a volume that has nothing to choose')
  pool?: string;
}

export class ShareListModel {
  @Required()
  @CollectionOf(ShareModel)
  shares!: ShareModel[];
}

@AdditionalProperties(false)
export class NewShareModel {
  @MinLength(1)
  @MaxLength(64)
  @Default('default')
  tenant?: string;

  @Required()
  @MaxLength(255)
  name!: string;

  @MinLength(1)
  @MaxLength(64)
  @Description('Absent: the first volume')
  volume?: string;

  @Required()
  @MaxLength(64)
  @Description('Name or id of the owning user')
  owner!: string;

  @Property(DoorChangesModel)
  @Description("Absent: the tenant's default policy")
  doors?: DoorChangesModel;

  @Integer()
  @Minimum(0)
  @Maximum(0o7777)
  @Description('Permission bits of the top directory; 504 (octal 770) when absent')
  mode?: number;

  @Integer()
  @Minimum(0)
  @Maximum(4_294_967_294)
  @Description("Group of the top directory; the owner's when absent")
  gid?: number;

  @Property(QuotaModel)
  quota?: QuotaModel;

  @MinLength(1)
  @MaxLength(255)
  @Description("Where the content of its files is kept; absent: the volume's default")
  pool?: string;
}

@AdditionalProperties(false)
export class ShareChangesModel {
  @Property(DoorChangesModel)
  doors?: DoorChangesModel;

  @MaxLength(64)
  @Description('Name or id of the user who is to own the share')
  owner?: string;

  @Property(Boolean)
  readOnly?: boolean;

  @Property(QuotaModel)
  quota?: QuotaModel;

  @MinLength(1)
  @MaxLength(255)
  @Description('For files made from now on')
  pool?: string;
}
