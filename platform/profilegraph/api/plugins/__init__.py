"""What plugins bring to the API: fields of customers, leaves of filters, types of both."""
