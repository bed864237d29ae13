"""Packages of Powertools that load only those of their modules which somebody imports.

Decision 0012 has what this gains of a cold start, and when it can go.

Its packages import every resolver, asyncio, the shapes of all events there are and a query language for JSON:
120 modules, an eighth of a cold start, for functions that use one resolver.
"""

import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec, module_from_spec

POWERTOOLS: Mapping[str, Mapping[str, str]] = {
    "aws_lambda_powertools": {"Logger": "logging"},
    "aws_lambda_powertools.event_handler": {
        "APIGatewayHttpResolver": "api_gateway",
        "ApiGatewayResolver": "api_gateway",
        "Response": "api_gateway",
    },
    "aws_lambda_powertools.event_handler.openapi": {},
    "aws_lambda_powertools.utilities.data_classes": {
        "ALBEvent": "alb_event",
        "APIGatewayProxyEvent": "api_gateway_proxy_event",
        "APIGatewayProxyEventV2": "api_gateway_proxy_event",
        "BedrockAgentEvent": "bedrock_agent_event",
        "LambdaFunctionUrlEvent": "lambda_function_url_event",
        "S3Event": "s3_event",
        "VPCLatticeEvent": "vpc_lattice",
        "VPCLatticeEventV2": "vpc_lattice",
    },
    "aws_lambda_powertools.utilities.jmespath_utils": {},
}
"""The packages, and for the names that our functions need of each, the module that has it."""


def defer(package: str, places: Mapping[str, str]) -> None:
    """Let a package run its own `__init__` only when a name is asked of it that `places` does not have.

    One that is imported already stays as it is.
    """
    if package in sys.modules:
        return
    spec = find_spec(package)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(package, name=package)
    module, loader = module_from_spec(spec), spec.loader

    def found(name: str) -> object:
        if name in places:
            return getattr(import_module(f"{package}.{places[name]}"), name)
        if name.startswith("__"):
            raise AttributeError(name)
        if find_spec(f"{package}.{name}") is not None:
            return import_module(f"{package}.{name}")
        del vars(module)["__getattr__"]
        loader.exec_module(module)
        return getattr(module, name)

    vars(module)["__getattr__"] = found
    sys.modules[package] = module
