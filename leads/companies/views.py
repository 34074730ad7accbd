"""Pages of companies: the list, and one of them as a form."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from leadbridge.kernel.forms import keep
from leadbridge.people.access import keeps_companies
from leadbridge.people.http import Request, signed_in
from leads.companies.actions import companies_found, find_company, require_keeper
from leads.companies.forms import CompanyForm

PAGE = 50


@require_GET
@signed_in
def companies(request: Request) -> HttpResponse:
    """Every company that is kept, with who looks after it."""
    words = request.GET.get("q", "").strip()[:100]
    page = Paginator(companies_found(words), PAGE).get_page(request.GET.get("page"))
    pager = None
    if page.paginator.num_pages > 1:
        here, last = page.number, page.paginator.num_pages
        asked = request.GET.copy()
        urls = {}
        for name, number in (("previous", here - 1), ("next", here + 1)):
            asked["page"] = str(number)
            urls[name] = f"?{asked.urlencode()}" if 1 <= number <= last else ""
        pager = {"text": f"Page {here} of {last}, {page.paginator.count:,} companies", **urls}
    context = {
        "rows": page.object_list, "q": words, "may_keep": keeps_companies(request.user),
        "pager": pager,
    }  # fmt: skip
    return render(request, "companies/companies.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def company_edit(request: Request, number: int = 0) -> HttpResponse:
    """Keep a company, or a new one."""
    require_keeper(request.user)
    found = find_company(number) if number else None
    form = CompanyForm(request.POST if request.method == "POST" else None, company=found)
    kept = keep(form, lambda: form.save(actor=request.user, now=request.now))
    if kept is not None:
        messages.success(request, f"Kept “{kept}”.")
        return redirect("/companies/")
    context = {
        "form": form, "title": found.name if found else "New company", "button": "Save",
        "back_url": "/companies/",
    }  # fmt: skip
    return render(request, "people/form.html", context, status=422 if form.errors else 200)
