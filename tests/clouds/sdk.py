"""Asks both doubles by way of the vendors' own SDKs: sdk.py TENCENT ALIBABA (host:port each).

Keys come from the variables that the SDKs themselves read. Prints what the SDKs made of the answers,
one JSON document.
"""

import json
import sys

from alibabacloud_cdn20180510 import client as cdn, models as cdn_models
from alibabacloud_companyreg20260423 import client as companyreg, models as companyreg_models
from alibabacloud_credentials.client import Client as Credentials
from alibabacloud_tea_openapi.models import Config
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import DefaultCredentialProvider
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

tencent, alibaba = sys.argv[1:]

profile = ClientProfile(httpProfile=HttpProfile(protocol="http", endpoint=tencent))
key = DefaultCredentialProvider().get_credential()
ba = CommonClient("ba", "2020-07-20", key, "", profile=profile)
cvm = CommonClient("cvm", "2017-03-12", key, "ap-guangzhou", profile=profile)

config = Config(credential=Credentials(), protocol="http", endpoint=alibaba)
filings = companyreg.Client(config).query_success_icp_data(
    companyreg_models.QuerySuccessIcpDataRequest(caller="skill")
)
filed = cdn.Client(config).check_cdn_domain_icp(
    cdn_models.CheckCdnDomainICPRequest(domain_name="shop.example.cn")
)

print(
    json.dumps(
        {
            "account": ba.call_json("DescribeGetAuthInfo", {})["Response"],
            "servers": cvm.call_json("DescribeInstances", {"InstanceIds": ["ins-00000001"]})["Response"],
            "filings": filings.body.to_map(),
            "filed": filed.body.to_map(),
        }
    )
)
