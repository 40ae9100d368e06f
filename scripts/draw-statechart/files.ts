/** The generated parts of the machine's specification, from what the machine and its tests say. */
import { connectionMachine } from '../../src/control/connection-machine.ts';
import { renewTables } from '../../test/control/tables.ts';
import { graphOf } from '../../src/viewer/statechart/graph.ts';
import { drawStatechart } from './svg.ts';

export const drawPicture = (): string => drawStatechart(graphOf(connectionMachine));

export const renewSpecification = renewTables;
