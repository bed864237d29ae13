"""A minimal handler as Powertools' documentation teaches: logger, resolver with validation, boto3."""

from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from pydantic import BaseModel

logger = Logger(service="peer")
app = APIGatewayHttpResolver(enable_validation=True)
table = boto3.client("dynamodb")


class User(BaseModel):
    id: str
    email: str


@app.get("/users/<user_id>")
def get_user(user_id: str) -> User:
    item = table.get_item(TableName="users", Key={"id": {"S": user_id}})["Item"]
    return User(id=item["id"]["S"], email=item["email"]["S"])


@logger.inject_lambda_context
def handler(event: Any, context: Any) -> Any:
    return app.resolve(event, context)
