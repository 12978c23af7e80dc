import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Device } from './device.ts';

export const DeviceContext = createContext<Device | null>(null);

export function useDevice(): Device {
  const device = useContext(DeviceContext);
  if (!device) throw new Error('useDevice outside DeviceContext');
  return device;
}
