// What a role may, as its policy says, and what code asks of the table, as its client sends it.
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { rendered, type StackName, type Synthesised } from './synthesised.fixture.ts';

export type Statement = { Effect: string; Action: string | string[]; Resource: unknown; Condition?: unknown };
export const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

export function statementsOf({ resources }: Synthesised, stack: StackName, role: string): Statement[] {
  const policies = resources('AWS::IAM::Policy', stack).filter(({ id }) => id.startsWith(role));
  if (policies.length !== 1) throw new Error(`there are ${policies.length} policies of ${role}`);
  return policies.flatMap(({ Properties }) => Object(Properties.PolicyDocument).Statement);
}

/** One right on the table: `index` null is the table itself; `partitions` undefined are all. */
export type TableRight = { action: string; index: string | null; partitions?: string[] };

export function tableRights(statements: readonly Statement[]): TableRight[] {
  return statements.flatMap(({ Action, Resource, Condition }) => {
    const partitions = Object(Object(Condition)['ForAllValues:StringLike'])['dynamodb:LeadingKeys'];
    return asList(Action)
      .filter((action) => String(action).startsWith('dynamodb:'))
      .flatMap((action) =>
        asList(Resource).map((resource) => ({
          action: String(action),
          index: /\/index\/(\w+)/.exec(rendered(resource))?.[1] ?? null,
          ...(partitions && { partitions: asList(partitions).map(String) }),
        })),
      );
  });
}

/** One request to the table. */
export type Asked = { action: string; index: string | null; partitions: string[] };

export function covers(right: TableRight, { action, index, partitions }: Asked): boolean {
  const isOwn = (partition: string) =>
    right.partitions?.some((pattern) =>
      pattern.endsWith('*') ? partition.startsWith(pattern.slice(0, -1)) : partition === pattern,
    ) ?? true;
  return right.action === action && right.index === index && partitions.every(isOwn);
}

/** From now on, everything that is asked by this client. */
export function noteAsked(client: DynamoDBDocumentClient): Asked[] {
  const asked: Asked[] = [];
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        const {
          IndexName: index = null,
          Key,
          Item,
          RequestItems,
          ExpressionAttributeValues: values,
        } = Object(args.input);
        const batches = Object.values(Object(RequestItems)).flatMap((batch) => asList(Object(batch).Keys));
        const named = [Key, Item, ...batches].map((key) => Object(key).pk);
        const queried = [Object(values)[':pk'], Object(values)[':partition']];
        const partitions = [...named, ...queried].flatMap((value) => partitionOf(value));
        asked.push({ action: `dynamodb:${operation(commandName)}`, index, partitions });
        return next(args);
      },
    { step: 'initialize' },
  );
  return asked;
}

/** A document's value, or the same as it goes over the wire. */
function partitionOf(value: unknown): string[] {
  const text: unknown = typeof value === 'string' ? value : Object(value).S;
  return typeof text === 'string' ? [text] : [];
}

function operation(commandName: string): string {
  const name = commandName.replace(/Command$/, '');
  return name === 'Query' || name.endsWith('Item') ? name : `${name}Item`;
}
