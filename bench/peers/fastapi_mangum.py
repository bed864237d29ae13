"""A minimal handler on FastAPI, which Mangum adapts to Lambda, with boto3."""

import boto3
from fastapi import FastAPI
from mangum import Mangum
from pydantic import BaseModel

app = FastAPI()
table = boto3.client("dynamodb")


class User(BaseModel):
    id: str
    email: str


@app.get("/users/{user_id}")  # type: ignore[untyped-decorator]
def get_user(user_id: str) -> User:
    item = table.get_item(TableName="users", Key={"id": {"S": user_id}})["Item"]
    return User(id=item["id"]["S"], email=item["email"]["S"])


handler = Mangum(app, lifespan="off")
