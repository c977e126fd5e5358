"""Run the synthesized pipeline on this machine, stage by stage, against an emulator of AWS."""
