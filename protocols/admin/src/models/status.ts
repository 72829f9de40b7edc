import { CollectionOf, Description, Integer, Property, Required } from '@tsed/schema';
import { VolumeModel } from './volume.ts';

export class DoorStatusModel {
  @Required()
  name!: string;

  @Required()
  address!: string;

  @Required()
  @Integer()
  port!: number;

  @Integer()
  @Description('Connections that are open now, where the door counts them')
  connections?: number;

  @Property(String)
  detail?: string;
}

export class ShareSummaryModel {
  @Required()
  tenant!: string;

  @Required()
  name!: string;

  @Required()
  volume!: string;

  @Required()
  @CollectionOf(String)
  doors!: string[];
}

export class StatusModel {
  @Required()
  version!: string;

  @Required()
  node!: string;

  @Required()
  @Integer()
  pid!: number;

  @Required()
  @Description('ISO 8601')
  startedAt!: string;

  @Required()
  uptimeSeconds!: number;

  @Required()
  dataDirectory!: string;

  @Required()
  @CollectionOf(DoorStatusModel)
  doors!: DoorStatusModel[];

  @Required()
  @CollectionOf(VolumeModel)
  volumes!: VolumeModel[];

  @Required()
  @CollectionOf(ShareSummaryModel)
  shares!: ShareSummaryModel[];

  @Required()
  @Integer()
  users!: number;
}
