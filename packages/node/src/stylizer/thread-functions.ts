import type { DeviceOption, DType, Picture, ServedStylizer } from "@mmfs/core";

/** Which stylizer a call is for. */
export interface StylizerReference {
  id: number;
  /** Path of the bundle's folder. */
  bundle: string;
  device: DeviceOption;
  dtype: DType;
  threads: number | undefined;
}

/** What may be called in the worker thread: argument and answer. */
export type ThreadFunctions = ServedStylizer<StylizerReference, Picture>;
