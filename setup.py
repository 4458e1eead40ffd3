"""Install framework/, plugins/ and conf/ as framework, framework.plugins and framework.conf."""

from setuptools import find_namespace_packages, find_packages, setup

setup(
    package_dir={
        "framework": "framework",
        "framework.plugins": "plugins",
        "framework.conf": "conf",
        "framework.checkpoint": "checkpoint",
    },
    packages=[
        "framework",
        *(f"framework.{name}" for name in find_packages("framework")),
        "framework.plugins",
        *(f"framework.plugins.{name}" for name in find_packages("plugins")),
        "framework.conf",
        *(f"framework.conf.{name}" for name in find_namespace_packages("conf")),
        "framework.checkpoint",
    ],
    package_data={
        "framework": ["py.typed"],
        "framework.conf": ["**/*.yaml"],
        "framework.checkpoint": ["*.safetensors", "*.json", "*.md"],
    },
)
