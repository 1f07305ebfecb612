import { CfnOutput, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib"
import { AttributeType, ProjectionType, TableV2 } from "aws-cdk-lib/aws-dynamodb"
import { Grant, type IGrantable } from "aws-cdk-lib/aws-iam"
import { Construct } from "constructs"

/** The table of Auth.js / NextAuth with the DynamoDB adapter dynauth. */
export class AuthTable extends Construct {
  readonly table: TableV2

  constructor(scope: Construct, id: string, { tableName = "next-auth" }: { tableName?: string } = {}) {
    super(scope, id)
    const key = (name: string) => ({ name, type: AttributeType.STRING })
    this.table = new TableV2(this, "Table", {
      tableName,
      partitionKey: key("pk"),
      sortKey: key("sk"),
      globalSecondaryIndexes: [
        {
          indexName: "GSI1",
          partitionKey: key("GSI1PK"),
          sortKey: key("GSI1SK"),
          projectionType: ProjectionType.ALL,
        },
      ],
      timeToLiveAttribute: "expires",
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // A stack that is deleted by mistake, or makes the table anew, does not sign everybody out for good.
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    })
  }

  /** Allows what the adapter does, and nothing else: for the role that the app runs as. */
  grantAccess(grantee: IGrantable) {
    const { tableArn } = this.table
    const actions = [
      "dynamodb:GetItem",
      "dynamodb:BatchGetItem",
      "dynamodb:Query",
      "dynamodb:PutItem",
      "dynamodb:UpdateItem",
      "dynamodb:DeleteItem",
      "dynamodb:BatchWriteItem",
      "dynamodb:ConditionCheckItem",
    ]
    Grant.addToPrincipal({ grantee, actions, resourceArns: [tableArn] })
    Grant.addToPrincipal({ grantee, actions: ["dynamodb:Query"], resourceArns: [`${tableArn}/index/GSI1`] })
  }
}

/** A stack with nothing but the table. */
export class AuthTableStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps & { tableName?: string } = {}) {
    super(scope, id, props)
    const { table } = new AuthTable(this, "AuthTable", props)
    new CfnOutput(this, "TableName", { value: table.tableName })
    new CfnOutput(this, "TableArn", { value: table.tableArn })
  }
}
