/** Generates parts of the machine's specification from the machine and its tests. */
import { connectionMachine } from '../../src/connection/connection-machine.ts';
import { renewTables } from '../../test/connection/tables.ts';
import { graphOf } from '../../src/tools/viewer/statechart/graph.ts';
import { drawStatechart } from './svg.ts';

export const drawPicture = (): string => drawStatechart(graphOf(connectionMachine));

export const renewSpecification = renewTables;
